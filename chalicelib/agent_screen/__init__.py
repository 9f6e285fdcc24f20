"""The agent's screen: who is calling and how sure that is, shown to the agent who has the call and to nobody else."""
