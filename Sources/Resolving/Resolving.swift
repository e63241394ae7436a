// Resolving
