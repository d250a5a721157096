import { describe, expect, it } from '@jest/globals';
import { isSigned, signatureOf } from './webhook-signature.js';

describe('webhook signature', () => {
  it('is HMAC-SHA256 over time and body', () => {
    // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
    expect(signatureOf('secret', 1_700_000_000, '{}')).toBe(
      't=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163',
    );
  });

  it('is refused for another body, secret or time', () => {
    const header = signatureOf('secret', 1000, 'body');
    expect(isSigned('secret', header, 'body', 1100)).toBe(true);
    expect(isSigned('secret', header, 'bodY', 1100)).toBe(false);
    expect(isSigned('secreT', header, 'body', 1100)).toBe(false);
    expect(isSigned('secret', header, 'body', 1301)).toBe(false);
    expect(isSigned('secret', header.replace('t=1000', 't=1100'), 'body', 1100)).toBe(false);
    expect(isSigned('secret', 'nonsense', 'body', 1100)).toBe(false);
  });
});
