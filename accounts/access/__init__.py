"""Who may do what: permissions, roles and the guards that name them."""
