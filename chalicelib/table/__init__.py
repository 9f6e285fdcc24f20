"""The one DynamoDB table: the only room that knows its keys and its expressions."""
