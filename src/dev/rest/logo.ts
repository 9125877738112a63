/**
 * The logo of every app. Published clients insist on a text; this is an empty picture, and needs no request.
 */
export const LOGO = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
