// Settings of the embedding service that only make sense together.

const AZURE = ['AZURE_API_KEY', 'AZURE_API_BASE', 'AZURE_API_VERSION', 'AZURE_EMBEDDING_DEPLOYMENT'] as const

/** One line for each thing that is missing or too much. */
export const embeddingFaults = (values: ReadonlyMap<string, unknown>): readonly string[] => {
  // What could not be read is reported by itself.
  const isSet = (name: string): boolean => values.get(name) !== ''
  const azure = AZURE.filter(isSet)
  const faults: string[] = []
  if (azure.length > 0 && azure.length < AZURE.length) {
    const missing = AZURE.filter((name) => !isSet(name))
    faults.push(`${missing.join(', ')} must be set with ${azure.join(', ')}: Azure OpenAI needs all four, or none`)
  }
  if (isSet('EMBEDDINGS_URL') && azure.length > 0) {
    faults.push(`EMBEDDINGS_URL and ${azure.join(', ')} are two services: set one of them`)
  }
  if (isSet('EMBEDDINGS_URL') && !isSet('EMBEDDINGS_MODEL'))
    faults.push('EMBEDDINGS_MODEL must be set with EMBEDDINGS_URL')
  for (const name of ['EMBEDDINGS_API_KEY', 'EMBEDDINGS_MODEL']) {
    if (isSet(name) && !isSet('EMBEDDINGS_URL')) faults.push(`EMBEDDINGS_URL must be set with ${name}`)
  }
  return faults
}
