export { insightsSettings, type InsightsSettings } from './insights.settings.js';
export { startInsights } from './start-insights.js';
