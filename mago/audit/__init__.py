"""The audit trail: append-only, hash-chained, written in the transaction it speaks of."""
