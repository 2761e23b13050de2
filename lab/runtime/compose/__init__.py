"""Services as containers: Docker Compose for the life cycle, the engine's SDK for handles and readings."""
