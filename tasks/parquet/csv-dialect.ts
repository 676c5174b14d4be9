/**
 * What NULL is in a CSV stage file: nothing. The source cannot tell an empty text from NULL, so no value of a stage
 * file is empty, and `\N` stays the data it is.
 */
export const CSV_NULL = '';

/**
 * How Redshift must read a CSV stage file: no header, commas, text in quotes. `NULL AS ''` makes an empty field of a
 * text column NULL and takes away the meaning that COPY otherwise gives to `\N`.
 */
export const CSV_COPY_OPTIONS = `format as csv null as '${CSV_NULL}' timeformat 'auto'`;
