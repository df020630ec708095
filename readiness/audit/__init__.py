"""From a sample of records to an audit report: readers, field rules, checks, tiers, handling decisions."""
