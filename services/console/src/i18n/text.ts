import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { CATALOGUE } from './catalogue';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
const KEPT = 'telltale.language';

type Plural<Key> = Key extends `${infer Stem}_one` ? Stem : Key extends `${string}_other` ? never : Key;
/** A key of the catalogue, plurals without their suffix. */
export type TextKey = Plural<keyof typeof CATALOGUE>;
/** Gives the text in the chosen language. */
export type Text = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

const column = (index: 0 | 1): Record<string, string> =>
  Object.fromEntries(Object.entries(CATALOGUE).map(([key, texts]) => [key, texts[index]]));

const isLanguage = (value: string | null | undefined): value is Language => value === 'en' || value === 'de';

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.language.startsWith('de') ? 'de' : 'en';
}

export async function startTexts(): Promise<void> {
  const language = firstLanguage();
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { en: { translation: column(0) }, de: { translation: column(1) } },
  });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export function useText(): { readonly t: Text; readonly language: Language } {
  const { t, i18n } = useTranslation();
  return { t: (key, values) => t(key, values ?? {}), language: isLanguage(i18n.language) ? i18n.language : 'en' };
}

/** The text of a word that comes from the platform; the word itself when the catalogue lacks it. */
export const textOr = (t: Text, key: string, fallback: string): string => (isKey(key) ? t(key) : fallback);

const isKey = (key: string): key is TextKey => key in CATALOGUE;
