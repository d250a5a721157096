import { describe, expect, it } from '@jest/globals';
import { checkWebhookAddress, TargetRefusedError, type AllowedAddresses } from './webhook-address.js';

const takes = (address: string, allowed: AllowedAddresses): boolean => {
  try {
    checkWebhookAddress(address, allowed);
    return true;
  } catch (error) {
    if (error instanceof TargetRefusedError) return false;
    throw error;
  }
};

describe('an address that is entered', () => {
  it.each([
    ['https://hooks.example.com/x', ['public', 'public-and-loopback', 'any']],
    ['https://93.184.216.34/x', ['public', 'public-and-loopback', 'any']],
    ['http://127.0.0.1:9000/x', ['public-and-loopback', 'any']],
    ['https://localhost/x', ['public-and-loopback', 'any']],
    ['http://[::1]:9000/', ['public-and-loopback', 'any']],
    ['http://0x7f.1/', ['public-and-loopback', 'any']],
    ['http://hooks.example.com/x', ['any']],
    ['http://93.184.216.34/x', ['any']],
    ['https://10.0.0.8/x', ['any']],
    ['https://169.254.169.254/latest', ['any']],
    ['https://[fd00::1]/', ['any']],
    ['https://user:word@hooks.example.com/', []],
    ['ftp://hooks.example.com/', []],
    ['hooks.example.com', []],
  ])('%s is taken under %j', (address, expected) => {
    expect((['public', 'public-and-loopback', 'any'] as const).filter((allowed) => takes(address, allowed))).toEqual(expected);
  });
});
