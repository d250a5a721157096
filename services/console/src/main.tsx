import './shell/mantine.css';
import '@mantine/notifications/styles.css';
import './shell/console.css';
import { createRoot } from 'react-dom/client';
import { startTexts } from './i18n/text';
import { App } from './shell/app';

await startTexts();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
