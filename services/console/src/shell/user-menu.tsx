import { Button, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { chooseLanguage, useText } from '../i18n/text';
import { useSession } from './session';

export function UserMenu(): ReactNode {
  const { t, language } = useText();
  const { me, signOut } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const initials = me.name.split(/\s+/).map((part) => part[0] ?? '').join('').slice(0, 2).toUpperCase();
  return (
    <Menu position="bottom-end" width={220} shadow="md">
      <Menu.Target>
        <Button variant="default" radius="xl" px={0} w={40} h={40} aria-label={t('user.menu', { initials, name: me.name })} data-testid="user-menu">
          {initials}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name}
          <br />
          {t(`role.${me.role}`)} · {me.tenant.name}
        </Menu.Label>
        <Menu.Item onClick={() => void chooseLanguage(language === 'de' ? 'en' : 'de')} lang={language === 'de' ? 'en' : 'de'}>
          {t('user.language')}
        </Menu.Item>
        <Menu.Item onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>{t(isDark ? 'user.light' : 'user.dark')}</Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()} data-testid="sign-out">
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
