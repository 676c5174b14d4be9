/**
 * What NULL is in a CSV stage file: nothing. The source cannot tell an empty text from NULL, so no value of a stage
 * file is empty and `\N` is data. Redshift reads such a file with
 * `format as csv null as '' timeformat 'auto'`: without `null as ''`, COPY makes an empty field of a VARCHAR column an
 * empty text and takes `\N` for NULL.
 */
export const CSV_NULL = '';
