"""The production scope: components, their estimates and their sum."""
