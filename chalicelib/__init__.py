"""Everything that runs in production; both apps bundle this package.

The floors, ground first. A room imports only from floors below its own, and the lint holds it to that:

1. words      `errors`, `clock`, `settings`, `contact`, `prompts`, `conditional_write`, `keyed_hash`
2. rules      `handoff`, `assurance`: pure, with time and randomness passed in
3. adapters   `table`, `parameters`, `outbound`, `audit`, `aws`: the only rooms that do I/O for everybody;
              `customer_input`, which opens what callers type
4. methods    `voice`, `secure_input`: each its own rules, its own adapters, and the few functions that the apps call
5. `start`    loads, before the first call, just what one Lambda function needs
"""
