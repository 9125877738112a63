import { join, relative } from "node:path";
import ts from "typescript";

export const root = join(import.meta.dirname, "../..");

/** The project's own compiler options. */
export function projectOptions(): ts.CompilerOptions {
  const file = join(root, "tsconfig.json");
  const config = ts.getParsedCommandLineOfConfigFile(
    file,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
      },
    },
  );
  if (config === undefined) throw new Error(`${file} cannot be read`);
  return config.options;
}

/** Source files that are the same in every program of a test file; the compiler's own libraries above all. */
const parsed = new Map<string, ts.SourceFile>();

/**
 * A program of files, with everything that they import.
 *
 * @param replaced file name → what to read in its place
 */
export function programOf(
  files: readonly string[],
  options: ts.CompilerOptions,
  replaced: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const host = ts.createCompilerHost(options);
  host.readFile = (name) => replaced.get(name) ?? ts.sys.readFile(name);
  const own = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language, ...rest) => {
    const text = replaced.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, language);
    // The same text is another file where it is parsed as another kind of module.
    const key = JSON.stringify([name, language]);
    const file = parsed.get(key) ?? own(name, language, ...rest);
    if (file !== undefined) parsed.set(key, file);
    return file;
  };
  if (replaced.size > 0) {
    const exists = host.fileExists.bind(host);
    host.fileExists = (name) => replaced.has(name) || exists(name);
  }
  return ts.createProgram([...files], options, host);
}

/**
 * Type-checks files, each as itself: trouble in what they import is not counted.
 *
 * @param replaced file name → what to read in its place
 * @returns file name → its errors, `line: text`
 */
export function errorsIn(
  files: readonly string[],
  options: ts.CompilerOptions,
  replaced?: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const program = programOf(files, options, replaced);
  const say = ({ file, start, messageText }: ts.Diagnostic): string => {
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    if (file === undefined || start === undefined) return text;
    return `${file.getLineAndCharacterOfPosition(start).line + 1}: ${text}`;
  };
  const general = program.getOptionsDiagnostics().map(say);
  return new Map(
    files.map((name) => {
      const file = program.getSourceFile(name);
      if (file === undefined) return [name, [...general, "is not in the program"]];
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return [name, [...general, ...found.map(say)]];
    }),
  );
}

/** A program's errors by the name of the file within a directory; empty where all is well. */
export function errorsBelow(
  directory: string,
  files: readonly string[],
  options: ts.CompilerOptions,
  replaced?: ReadonlyMap<string, string>,
): Record<string, readonly string[]> {
  const errors = errorsIn(files, options, replaced);
  return Object.fromEntries(
    [...errors]
      .filter(([, found]) => found.length > 0)
      .map(([name, found]) => [relative(directory, name), found]),
  );
}
