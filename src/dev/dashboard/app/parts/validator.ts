import {
  createErrorHandler,
  type ErrorSchema,
  type RJSFSchema,
  type RJSFValidationError,
  toErrorSchema,
  unwrapErrorHandler,
  type ValidatorType,
  validationDataMerge,
} from "@rjsf/utils";
import { mismatchProblems } from "../../../../json-schema/mismatch-text.js";
import { findMismatches, type Mismatch } from "../../../../json-schema/validate.js";

/**
 * Validates the value of a form, as the local platform does. The validator reads the schema instead of compiling it
 * into a function, which the page's Content-Security-Policy would not allow.
 */
function errorsOf(schema: RJSFSchema, value: unknown): RJSFValidationError[] {
  return mismatchesOf(schema, value).flatMap((mismatch) =>
    mismatchProblems([mismatch]).map(({ path, message }) => ({
      name: mismatch.keyword,
      // The form's library reads names in quotes with their quotes.
      property: `.${path.replace(/\[("(?:[^"\\]|\\.)*")\]/g, (_, name: string) => `.${JSON.parse(name)}`)}`,
      message,
      stack: `${path} ${message}`,
    })),
  );
}

function mismatchesOf(schema: RJSFSchema, value: unknown): readonly Mismatch[] {
  try {
    return findMismatches(value ?? {}, schema);
  } catch {
    return []; // such as a schema that is nothing but itself
  }
}

export const validator: ValidatorType = {
  rawValidation: <Result>(schema: RJSFSchema, formData?: unknown) => ({
    errors: errorsOf(schema, formData) as Result[],
  }),
  validateFormData(formData, schema, customValidate, transformErrors, uiSchema) {
    const found = errorsOf(schema, formData);
    const errors = transformErrors?.(found, uiSchema) ?? found;
    const result = { errors, errorSchema: toErrorSchema(errors) as ErrorSchema };
    if (customValidate === undefined) return result;
    const handler = customValidate(formData, createErrorHandler(formData), uiSchema);
    return validationDataMerge(result, unwrapErrorHandler(handler));
  },
  isValid: (schema, formData) => errorsOf(schema as RJSFSchema, formData).length === 0,
};
