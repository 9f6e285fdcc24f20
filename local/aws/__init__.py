"""Amazon's part of the centre: DynamoDB, SSM, KMS, Lambda, API Gateway and CloudFormation, played by MiniStack."""
