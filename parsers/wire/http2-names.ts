// Names of HTTP/2 (RFC 9113, section 11) and of the status codes, as tshark words them.

export const FRAME_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'DATA'],
  [1, 'HEADERS'],
  [2, 'PRIORITY'],
  [3, 'RST_STREAM'],
  [4, 'SETTINGS'],
  [5, 'PUSH_PROMISE'],
  [6, 'PING'],
  [7, 'GOAWAY'],
  [8, 'WINDOW_UPDATE'],
  [9, 'CONTINUATION'],
  [10, 'ALTSVC'],
  [11, 'BLOCKED'],
  [12, 'ORIGIN'],
  [16, 'PRIORITY_UPDATE'],
]);

const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

export function errorName(code: number): string {
  return `${ERRORS[code] ?? 'Unknown'} (${code})`;
}

/** Field and name of each setting. */
export const SETTINGS: ReadonlyMap<number, readonly [field: string, name: string]> = new Map([
  [1, ['http2.settings.header_table_size', 'Header table size']],
  [2, ['http2.settings.enable_push', 'Enable PUSH']],
  [3, ['http2.settings.max_concurrent_streams', 'Max concurrent streams']],
  [4, ['http2.settings.initial_window_size', 'Initial Windows Size']],
  [5, ['http2.settings.max_frame_size', 'Max frame size']],
  [6, ['http2.settings.max_header_list_size', 'Max header list size']],
  [8, ['http2.settings.extended_connect', 'Extended CONNECT']],
]);

const REASONS: ReadonlyMap<number, string> = new Map([
  [100, 'Continue'],
  [101, 'Switching Protocols'],
  [102, 'Processing'],
  [103, 'Early Hints'],
  [199, 'Informational - Others'],
  [200, 'OK'],
  [201, 'Created'],
  [202, 'Accepted'],
  [203, 'Non-authoritative Information'],
  [204, 'No Content'],
  [205, 'Reset Content'],
  [206, 'Partial Content'],
  [207, 'Multi-Status'],
  [208, 'Already Reported'],
  [226, 'IM Used'],
  [299, 'Success - Others'],
  [300, 'Multiple Choices'],
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [303, 'See Other'],
  [304, 'Not Modified'],
  [305, 'Use Proxy'],
  [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'],
  [399, 'Redirection - Others'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [402, 'Payment Required'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Time-out'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [411, 'Length Required'],
  [412, 'Precondition Failed'],
  [413, 'Request Entity Too Large'],
  [414, 'Request-URI Too Long'],
  [415, 'Unsupported Media Type'],
  [416, 'Requested Range Not Satisfiable'],
  [417, 'Expectation Failed'],
  [418, "I'm a teapot"],
  [421, 'Misdirected Request'],
  [422, 'Unprocessable Entity'],
  [423, 'Locked'],
  [424, 'Failed Dependency'],
  [426, 'Upgrade Required'],
  [428, 'Precondition Required'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [451, 'Unavailable For Legal Reasons'],
  [499, 'Client Error - Others'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Time-out'],
  [505, 'HTTP Version not supported'],
  [506, 'Variant Also Negotiates'],
  [507, 'Insufficient Storage'],
  [508, 'Loop Detected'],
  [510, 'Not Extended'],
  [511, 'Network Authentication Required'],
  [599, 'Server Error - Others'],
]);

export function reasonOf(status: string): string {
  return REASONS.get(Number.parseInt(status, 10)) ?? 'Unknown';
}

const GRPC_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

export function grpcStatusName(status: string): string {
  return GRPC_CODES[Number(status)] ?? 'unknown';
}

/** Header names that have a field of their own. */
const HEADER_NAMES =
  ':authority :status :path :method :scheme accept accept-charset accept-encoding accept-language accept-ranges age allow authorization ' +
  'cache-control content-disposition content-encoding content-language content-length content-location content-range content-type cookie ' +
  'date etag expect expires from if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link location ' +
  'max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security ' +
  'user-agent vary via www-authenticate';

export const HEADER_FIELDS: ReadonlyMap<string, string> = new Map(
  HEADER_NAMES.split(' ').map((name) => [name, `http2.headers.${name.replace(':', '').replaceAll('-', '_')}`]),
);
