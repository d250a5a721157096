import { createBrowserRouter, Navigate } from 'react-router';
import { Loading, NotFound } from '../parts/states';
import { OverviewPage } from '../pages/overview/overview-page';
import { ConsoleFrame } from './console-frame';
import { Crash } from './crash';
import { PlantHome, PlantPages } from './plant-pages';

export const router = createBrowserRouter([
  {
    path: '/',
    element: <ConsoleFrame />,
    errorElement: <Crash />,
    hydrateFallbackElement: <Loading />,
    children: [
      { index: true, element: <PlantHome /> },
      {
        path: 'plants/:slug',
        element: <PlantPages />,
        errorElement: <Crash />,
        children: [
          { index: true, element: <OverviewPage /> },
          { path: 'leaks', lazy: async () => ({ Component: (await import('../pages/leaks/leaks-page')).LeaksPage }) },
          { path: 'leaks/:id', lazy: async () => ({ Component: (await import('../pages/leak/leak-page')).LeakPage }) },
          { path: 'pipes/:id?', lazy: async () => ({ Component: (await import('../pages/pipe/pipe-page')).PipePage }) },
          { path: 'lines/:id?', lazy: async () => ({ Component: (await import('../pages/line/line-page')).LinePage }) },
          { path: 'alarms', lazy: async () => ({ Component: (await import('../pages/alarms/alarms-page')).AlarmsPage }) },
          { path: 'alarms/webhooks', lazy: async () => ({ Component: (await import('../pages/channels/channels-page')).ChannelsPage }) },
          { path: 'connections', lazy: async () => ({ Component: (await import('../pages/gateways/gateways-page')).GatewaysPage }) },
          { path: 'tags', lazy: async () => ({ Component: (await import('../pages/tags/tags-page')).TagsPage }) },
          { path: 'tags/import', lazy: async () => ({ Component: (await import('../pages/tag-import/tag-import-page')).TagImportPage }) },
          { path: 'tags/:id', lazy: async () => ({ Component: (await import('../pages/tags/tag-page')).TagPage }) },
          { path: '*', element: <NotFound /> },
        ],
      },
      { path: '*', element: <Navigate to="/" replace /> },
    ],
  },
]);
