/** What may stand in the place of a value of this type. */
type Pattern<Value> = unknown extends Value
  ? unknown
  : Value extends readonly (infer Item)[]
    ? readonly Item[] | ListPatterns<Item> | (PayloadOperators<Value> & object)
    : Value extends object
      ? PayloadFilter<Value>
      : // Without `object`, a number would do: it has no member that is wrong.
        Value | (PayloadOperators<Value> & object);

/** Of a list: its elements by their index, or members of which one element must have all. */
type ListPatterns<Item> = object & { readonly [Index: number]: Pattern<Item> } & (Item extends object
    ? { readonly [Name in keyof Item]?: Pattern<Item[Name]> }
    : unknown);

/** A condition on a payload: some of its members, each with a value or operators; and operators on the whole. */
export type PayloadFilter<Payload = unknown> = unknown extends Payload
  ? { readonly [name: string]: unknown }
  : Payload extends object
    ? { readonly [Name in keyof Payload]?: Pattern<Payload[Name]> } & PayloadOperators<Payload>
    : unknown;

/** Members that the payload's type does not have, and operators that do not exist: `never`. */
export type UnknownMembers<Given, Value> = unknown extends Value
  ? unknown
  : Value extends readonly (infer Item)[]
    ? UnknownMembers<Given, Item>
    : Given extends readonly unknown[]
      ? unknown
      : Given extends object
        ? { readonly [Name in keyof Given]: UnknownMember<Name, Given[Name], Value> }
        : unknown;

type UnknownMember<Name, Given, Value> = Name extends
  | keyof PayloadOperators
  | number
  | `$$${string}`
  | `${number}`
  ? unknown
  : Name extends NameOf<Value>
    ? UnknownMembers<Given, MemberOf<Value, Name>>
    : never;

type NameOf<Value> = Value extends object ? keyof Value : never;
type MemberOf<Value, Name> = Value extends object
  ? Name extends keyof Value
    ? unknown extends Value[Name]
      ? unknown
      : NonNullable<Value[Name]>
    : never
  : never;

type Ordered<Value> = Value extends number ? number : Value extends string ? string : never;

/**
 * Conditions on a value. All that are given must hold. A property of the payload whose name begins with `$` is written
 * with two: `$$browser`.
 */
export interface PayloadOperators<Value = unknown> {
  /** Numbers by size, texts by code units, so that ISO 8601 times work. Never true between a number and a text. */
  readonly $gt?: Ordered<Value> | undefined;
  readonly $gte?: Ordered<Value> | undefined;
  readonly $lt?: Ordered<Value> | undefined;
  readonly $lte?: Ordered<Value> | undefined;
  /** Equal to one of these. */
  readonly $in?: readonly Value[] | undefined;
  /** Equal to none of these; true of an absent member. */
  readonly $nin?: readonly Value[] | undefined;
  /** Whether the member is there; `null` is. */
  readonly $exists?: boolean | undefined;
  /** Of a text: a part of it. Of a list: one element equals this, or meets it. */
  readonly $contains?: (Value extends readonly (infer Item)[] ? Pattern<Item> : string) | undefined;
  /** Of a text. */
  readonly $startsWith?: string | undefined;
  /** Of a text: a pattern that is searched in linear time. `(?i)` at its start ignores case. */
  readonly $regex?: string | undefined;
  /** Not this; true of an absent member. */
  readonly $not?: Pattern<Value> | undefined;
  /** One of these. */
  readonly $or?: readonly Pattern<Value>[] | undefined;
  /** All of these. */
  readonly $and?: readonly Pattern<Value>[] | undefined;
}
