"""The numbers: `campaignAnalytics(filter)` and the types below it."""
