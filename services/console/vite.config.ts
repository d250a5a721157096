import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';
import { precompress } from './precompress.ts';

const api = process.env['API_URL'] ?? 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [react(), precompress()],
  resolve: { dedupe: ['react', 'react-dom', 'graphql'] },
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 700, manifest: true },
  server: { proxy: { '/graphql': { target: api, ws: true }, '/export': { target: api } } },
});
