export type { ConverterSettings } from './config.ts';
export { converterConnection } from './connector.ts';
export {
  CSV_TYPES,
  type Arriving,
  type BadRow,
  type BadRowPolicy,
  type ConvertRequest,
  type Converted,
  type ConvertedFile,
  type Converter,
  type CsvColumn,
  type CsvType,
  type LongText,
  type ReplacedValue,
} from './conversion.ts';
export { type ConverterOptions, openConverter } from './converter.ts';
export { CSV_NULL } from './csv-dialect.ts';
export { release } from './release.ts';
