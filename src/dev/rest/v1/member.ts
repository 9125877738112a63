import { stableUuid } from "../../state/ids.js";
import type { Project } from "../../state/project.js";

/** The one member that the project's organisation has. */
export function member(project: Project) {
  return {
    id: stableUuid("member"),
    orgId: stableUuid("organisation"),
    email: project.email,
    name: project.name,
    role: "admin",
    createdAt: project.createdAt,
    updatedAt: project.createdAt,
  };
}
