import { Validator } from "@cfworker/json-schema";
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

/** Interprets the schema: the page's Content-Security-Policy forbids to compile it into a function. */
function errorsOf(schema: RJSFSchema, value: unknown): RJSFValidationError[] {
  const { errors, valid } = new Validator(schema as object, "7", false).validate(value ?? {});
  if (valid) return [];
  const found: RJSFValidationError[] = [];
  for (const { keyword, instanceLocation, error } of errors) {
    // These errors only repeat that a nested value has one.
    if (["properties", "items", "allOf", "$ref", "additionalProperties"].includes(keyword)) continue;
    const path = instanceLocation.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
    const missing = keyword === "required" ? /property "(.*)"/.exec(error)?.[1] : undefined;
    if (missing !== undefined) path.push(missing);
    const message = missing === undefined ? error : "is required";
    found.push({
      name: keyword,
      property: `.${path.join(".")}`,
      message,
      stack: `${path.join(".")} ${message}`,
    });
  }
  return found;
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
