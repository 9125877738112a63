import Form from "@rjsf/core";
import type { FieldTemplateProps, RJSFSchema } from "@rjsf/utils";
import type { ReactNode } from "react";
import type { JsonRecord } from "../types.js";
import { validator } from "./validator.js";

/** A field with its label, the description of its schema and its errors, linked for screen readers. */
function Field({
  id,
  label,
  required,
  hidden,
  schema,
  rawErrors = [],
  children,
  displayLabel,
}: FieldTemplateProps) {
  if (hidden) return <div hidden>{children}</div>;
  const wrong = rawErrors.length > 0;
  return (
    <div className={`field ${wrong ? "wrong" : ""}`}>
      {displayLabel && schema.type !== "boolean" && (
        <label htmlFor={id}>
          {label}
          {required && <span className="required"> required</span>}
        </label>
      )}
      {schema.description !== undefined && schema.type !== "object" && (
        <p className="muted" id={`${id}__description`}>
          {schema.description}
        </p>
      )}
      {children}
      {wrong && (
        <p className="error" id={`${id}__error`} role="alert">
          {label} {rawErrors.join("; ")}
        </p>
      )}
    </div>
  );
}

const Hidden = () => null;
const templates = {
  FieldTemplate: Field,
  DescriptionFieldTemplate: Hidden,
  FieldErrorTemplate: Hidden,
};

/** A form generated from a JSON Schema. */
export function SchemaForm(props: {
  readonly schema: JsonRecord;
  readonly value: JsonRecord;
  readonly idPrefix: string;
  readonly onChange: (value: JsonRecord) => void;
  readonly onSubmit: (value: JsonRecord) => void;
  readonly children: ReactNode;
}) {
  const { schema, value, idPrefix, onChange, onSubmit, children } = props;
  // The heading of the card shows the title.
  const { title: _title, description: _description, ...untitled } = schema;
  return (
    <Form
      schema={untitled as RJSFSchema}
      validator={validator}
      formData={value}
      idPrefix={idPrefix}
      noHtml5Validate
      showErrorList={false}
      focusOnFirstError
      templates={templates}
      onError={() => undefined}
      onChange={({ formData }) => onChange(formData ?? {})}
      onSubmit={({ formData }) => onSubmit(formData ?? {})}
    >
      {children}
    </Form>
  );
}
