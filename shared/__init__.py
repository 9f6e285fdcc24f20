"""The AWS that both apps stand on, and what makes the apps ready to be deployed. Nothing that ships imports this."""
