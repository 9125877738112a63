/** The package's version: sent as the client's name, shown by the command line. A test holds it to package.json. */
export const VERSION = "0.1.0";
