import { z } from 'zod';

const thumbprint = z
  .string()
  .transform((text) => text.replaceAll(/[\s:]/g, '').toLowerCase())
  .refine((text) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text), 'is no thumbprint: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits');

export const opcUaIdentitySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('anonymous') }),
  z.strictObject({
    kind: z.literal('user'),
    user: z.string().min(1).describe('User name at the server.'),
    passwordSecret: z.string().min(1).describe('Name of the gateway secret that holds the password.'),
  }),
  z.strictObject({
    kind: z.literal('certificate'),
    certificatePem: z.string().includes('BEGIN CERTIFICATE').describe('The user certificate, PEM.'),
    privateKeySecret: z.string().min(1).describe('Name of the gateway secret that holds its private key, PEM.'),
  }),
]);

export const opcUaSettingsSchema = z
  .strictObject({
    endpointUrl: z
      .string()
      .regex(/^opc\.tcp:\/\/[^\s/:]+(:\d{1,5})?(\/\S*)?$|^opc\.tcp:\/\/\[[0-9a-fA-F:]+\](:\d{1,5})?(\/\S*)?$/, 'looks like opc.tcp://plc-17:4840/path')
      .describe('Where the server listens: `opc.tcp://host:port/path`.'),
    securityPolicy: z
      .enum(['None', 'Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'])
      .default('Basic256Sha256')
      .describe('Exactly this policy is used; there is no silent downgrade.'),
    securityMode: z.enum(['None', 'Sign', 'SignAndEncrypt']).default('SignAndEncrypt').describe('Exactly this mode is used.'),
    identity: opcUaIdentitySchema.describe('Who signs in: anonymous, a user with a password secret, or a user certificate.'),
    trustedThumbprints: z.array(thumbprint).default([]).describe('Server certificates approved by a person, by SHA-256 or SHA-1 thumbprint.'),
    allowedEndpointHosts: z.array(z.string().min(1)).default([]).describe('Other host names under which the server may present itself; `*` allows any.'),
    allowExpiredCertificate: z.boolean().default(false).describe('Accept an approved server certificate that has expired.'),
    allowApplicationUriMismatch: z.boolean().default(false).describe('Accept an approved server certificate whose application URI differs from the one that the server states.'),
    publishingIntervalMs: z.int().min(50).max(60_000).optional().describe('How often the server may publish; default: the scan interval, between 100 and 500 ms.'),
    sessionTimeoutMs: z.int().min(5_000).max(3_600_000).default(60_000).describe('How long the server keeps session and queues during an outage.'),
    requestTimeoutMs: z.int().min(1_000).max(120_000).default(10_000).describe('How long one request may take.'),
    connectTimeoutMs: z.int().min(500).max(60_000).default(5_000).describe('How long one attempt to connect may take.'),
    maxMessageBytes: z.int().min(65_536).max(268_435_456).default(16_777_216).describe('Largest answer accepted from the server.'),
    watch: z
      .strictObject({
        rules: z.array(z.string().min(1).max(1000)).min(1).max(50).describe('Globs over browse names, as for browsing: `Line*/**`.'),
        acceptedAt: z.string().max(100).optional().describe('Any text, such as the date: a new one accepts the present tree as the new baseline.'),
        everyMinutes: z.int().min(1).max(10_080).default(60).describe('How often the tree is compared; besides after each connection and when the server says that it changed.'),
      })
      .optional()
      .describe('Part of the tree whose changes are reported: nodes that appeared, vanished, or have another type.'),
    historyPageSize: z.int().min(1).max(100_000).default(5_000).describe('Values asked per HistoryRead.'),
  })
  .refine(({ securityPolicy, securityMode }) => (securityPolicy === 'None') === (securityMode === 'None'), {
    path: ['securityMode'],
    message: 'and securityPolicy are either both None or neither',
  });

export type OpcUaSettings = z.infer<typeof opcUaSettingsSchema>;
export type OpcUaIdentity = z.infer<typeof opcUaIdentitySchema>;
