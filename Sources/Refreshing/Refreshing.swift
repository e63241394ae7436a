// Refreshing
