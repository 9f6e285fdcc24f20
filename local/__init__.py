"""A whole contact centre on a laptop: stand-ins that speak the real protocols, and a phone to call with.

Nothing that ships imports this package, and a stand-in meets the product only where the real thing would: over HTTPS,
as a Lambda event, through the DynamoDB protocol. What runs here is therefore the code that runs in production.
"""
