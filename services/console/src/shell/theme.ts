import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

// ISA-101: one grey for everything normal.
const slate: MantineColorsTuple = ['#f3f5f7', '#e4e8ec', '#ccd3da', '#aeb8c2', '#8d99a6', '#6b7885', '#536170', '#404d5b', '#2f3a46', '#1f2832'];

const night: MantineColorsTuple = ['#dfe4e9', '#c2cad2', '#a3afba', '#8592a0', '#46525e', '#323c46', '#29313a', '#20272e', '#1b2127', '#171c21'];

export const theme = createTheme({
  primaryColor: 'slate',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  colors: { slate, dark: night },
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  headings: { fontWeight: '600' },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#e6e9ec',
    '--mantine-color-text': '#1f2832',
    '--mantine-color-dimmed': '#4f5b67',
    '--panel': '#f6f7f8',
    '--panel-raised': '#ffffff',
    '--rule': '#cdd3d9',
    '--track': '#d9dee3',
    '--fill': '#6b7885',
    '--fill-strong': '#404d5b',
    '--off': '#13548f',
    '--hatch': '#8d99a6',
    '--heat-0': '#c4ccd4',
    '--heat-1': '#b89fc4',
    '--heat-2': '#8f56a2',
    '--heat-3': '#752d8c',
    '--heat-4': '#4a0d60',
    '--p1': '#c92a2a',
    '--p2': '#c2510c',
    '--p3': '#8a6100',
    '--p4': '#536170',
    '--mark-ink': '#ffffff',
  },
  dark: {
    '--mantine-color-body': '#171c21',
    '--mantine-color-text': '#dfe4e9',
    '--mantine-color-dimmed': '#a3afba',
    '--panel': '#20272e',
    '--panel-raised': '#29313a',
    '--rule': '#38424d',
    '--track': '#333d47',
    '--fill': '#8d99a6',
    '--fill-strong': '#ccd3da',
    '--off': '#74c0fc',
    '--hatch': '#6b7885',
    '--heat-0': '#475360',
    '--heat-1': '#7d5a8c',
    '--heat-2': '#a968be',
    '--heat-3': '#cf8ee3',
    '--heat-4': '#f0c9fb',
    '--p1': '#ff7b7b',
    '--p2': '#ffa04d',
    '--p3': '#ffd43b',
    '--p4': '#adb8c3',
    '--mark-ink': '#12161a',
  },
});
