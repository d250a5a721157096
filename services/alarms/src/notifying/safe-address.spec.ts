import { describe, expect, it } from '@jest/globals';
import { TargetRefusedError } from '@telltale/plant-registry';
import { safeTarget } from './safe-address.js';

const at =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('safeTarget', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://10.1.2.3/',
    'http://192.168.1.1/',
    'http://172.20.0.1/',
    'http://100.64.0.1/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://user:password@example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'no address',
  ])('refuses %s', async (url) => {
    await expect(safeTarget(url, 'public', at('93.184.216.34'))).rejects.toBeInstanceOf(TargetRefusedError);
  });

  it.each([['10.0.0.5'], ['93.184.216.34', '127.0.0.1'], ['fd12::1'], ['::ffff:10.0.0.5']])(
    'refuses a name that resolves to %s',
    async (...addresses) => {
      await expect(safeTarget('https://hooks.example.com/x', 'public', at(...addresses))).rejects.toBeInstanceOf(
        TargetRefusedError,
      );
    },
  );

  it('pins the address that it checked', async () => {
    let asked = 0;
    const rebinding = async () => [{ address: asked++ === 0 ? '93.184.216.34' : '127.0.0.1', family: 4 }];
    expect(await safeTarget('https://hooks.example.com/x', 'public', rebinding)).toMatchObject({
      address: '93.184.216.34',
      family: 4,
    });
    expect(asked).toBe(1);
    expect(await safeTarget('https://[2606:2800:220:1::]/', 'public')).toMatchObject({
      address: '2606:2800:220:1::',
      family: 6,
    });
  });

  it('allows loopback, and no other private address, only where it is set', async () => {
    expect(await safeTarget('http://127.0.0.1:8080/', 'public-and-loopback')).toMatchObject({ address: '127.0.0.1' });
    await expect(safeTarget('http://10.0.0.1/', 'public-and-loopback')).rejects.toThrow('not a public address');
    expect(await safeTarget('http://10.0.0.1/', 'any')).toMatchObject({ address: '10.0.0.1' });
  });

  it('sends in the clear to this machine only, unless anything is allowed', async () => {
    await expect(safeTarget('http://hooks.example.com/x', 'public-and-loopback', at('93.184.216.34'))).rejects.toThrow('not https');
    expect(await safeTarget('http://hooks.example.com/x', 'any', at('10.0.0.5'))).toMatchObject({ address: '10.0.0.5' });
    expect(await safeTarget('http://receiver.test/x', 'public-and-loopback', at('127.0.0.1', '::1'))).toMatchObject({ address: '127.0.0.1' });
  });

  it('does not wait longer for a look-up than the delivery may take', async () => {
    const never = () => new Promise<never>(() => undefined);
    await expect(safeTarget('https://hooks.example.com/x', 'public', never, AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(safeTarget('https://hooks.example.com/x', 'public', never, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
