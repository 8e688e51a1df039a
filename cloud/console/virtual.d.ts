declare module 'virtual:operations' {
  type Names = import('#cloud/contract/api.ts').OperationName;
  /** Made by operation-table.ts of the contract. */
  export const operations: Record<Names, { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string }>;
}
