"""How dates and times are written in each language, where not as Django does: mails and one's own pages. Tables sort by ISO 8601."""
