/** The magic accounts of which the documents show what becomes of them: Tencent's errors, and the network's. */
export const documentedErrors = [
  'mock_err_90001',
  'mock_err_90009',
  'mock_err_90018',
  'mock_err_91000',
  'mock_http_502',
  'mock_reset',
  'mock_hang',
  'mock_trunc_20',
] as const
