import type { JsonObject } from "./json.js";

/** The name under which the types know a trigger or a tool: as it was given, else in upper case, else none. */
export type KnownNameOf<Name extends string, Known extends string> = Name extends Known
  ? Name
  : Uppercase<Name> extends Known
    ? Uppercase<Name>
    : never;

/** One member of the types of a trigger or a tool; a record of `unknown` where they have none. */
export type MemberOf<Types, Key extends string> = Types extends { readonly [K in Key]: infer Member }
  ? Member
  : JsonObject;
