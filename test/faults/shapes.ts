/** An answer of the right operation that is not what this API is known to give. */
export function misshapen(operation: string, words: string): unknown {
  const wrong: Readonly<Record<string, unknown>> = {
    login: { token: [words] },
    deployments: [{ uid: 66, name: words }],
    createDeployment: { name: words },
    updateDeployment: { said: words },
    updateLambda: { said: words },
    deleteDeployment: { said: words },
    listBackups: { response: [{ folder: words }] },
    restore: { response: { restoreId: words } },
    restoreStatus: { response: { status: words } },
    getGQLSchema: { schema: [words] },
    dropData: { response: words },
    export: { signedUrls: words },
  };
  return { [operation]: wrong[operation] };
}
