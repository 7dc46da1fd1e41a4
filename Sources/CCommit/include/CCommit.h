/// The commit that this was built of, as the variable THIMBLE_COMMIT named it; "unknown" where nobody did.
const char *thimble_commit(void);
