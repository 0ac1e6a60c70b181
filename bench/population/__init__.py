"""An installation as large as is wanted, and who looks at which of its pages: `bin/bench admin`."""
