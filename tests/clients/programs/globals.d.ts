/** Of Node all that the programs use. */
declare const process: { argv: string[] };
