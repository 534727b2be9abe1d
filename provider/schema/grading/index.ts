export { gradeChanges } from "./compare";
export { isSameSchema } from "./document";
export { predicateDrift, refusedByStorage, type StoredPredicate } from "./drift";
export { type Grade, grades, needsConsent, type SchemaChange, type Stake } from "./grades";
export { problemsOf, type SchemaProblem } from "./problems";
