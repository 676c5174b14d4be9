const HTTP_STATUS = {
  ValidationException: 400,
  AccessDeniedException: 400,
  ActiveStatementsExceededException: 400,
  ActiveSessionsExceededException: 400,
  ThrottlingException: 400,
  UnknownOperationException: 400,
  UnrecognizedClientException: 400,
  InvalidSignatureException: 403,
  ResourceNotFoundException: 404,
  ExecuteStatementException: 500,
  InternalServerException: 500,
} as const;

export type ApiErrorName = keyof typeof HTTP_STATUS;

/** An error of the Data API itself; an error of SQL is a statement with the status FAILED. */
export class ApiError extends Error {
  override readonly name: ApiErrorName;
  readonly members: Readonly<Record<string, string>>;

  constructor(name: ApiErrorName, message: string, members: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = name;
    this.members = members;
  }

  get httpStatus(): number {
    return HTTP_STATUS[this.name];
  }
}

export function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}
