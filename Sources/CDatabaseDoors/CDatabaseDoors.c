#include "CDatabaseDoors.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    size_t offset;
} Entry;

#define ENTRY(door, function) {#function, offsetof(door, function)}

static const Entry postgres_entries[] = {
    ENTRY(PostgresDoor, PQconninfoParse), ENTRY(PostgresDoor, PQconninfoFree), ENTRY(PostgresDoor, PQconnectdb),
    ENTRY(PostgresDoor, PQfinish), ENTRY(PostgresDoor, PQstatus), ENTRY(PostgresDoor, PQerrorMessage),
    ENTRY(PostgresDoor, PQparameterStatus), ENTRY(PostgresDoor, PQexec), ENTRY(PostgresDoor, PQgetResult),
    ENTRY(PostgresDoor, PQresultStatus), ENTRY(PostgresDoor, PQresultErrorField), ENTRY(PostgresDoor, PQclear),
    ENTRY(PostgresDoor, PQgetCopyData), ENTRY(PostgresDoor, PQfreemem), ENTRY(PostgresDoor, PQgetCancel),
    ENTRY(PostgresDoor, PQcancel), ENTRY(PostgresDoor, PQfreeCancel), ENTRY(PostgresDoor, PQsetNoticeProcessor),
};

static const Entry odbc_entries[] = {
    ENTRY(ODBCDoor, SQLAllocHandle), ENTRY(ODBCDoor, SQLFreeHandle), ENTRY(ODBCDoor, SQLSetEnvAttr),
    ENTRY(ODBCDoor, SQLSetConnectAttrW), ENTRY(ODBCDoor, SQLDriverConnectW), ENTRY(ODBCDoor, SQLDisconnect),
    ENTRY(ODBCDoor, SQLGetInfoW), ENTRY(ODBCDoor, SQLSetStmtAttrW), ENTRY(ODBCDoor, SQLExecDirectW),
    ENTRY(ODBCDoor, SQLNumResultCols), ENTRY(ODBCDoor, SQLDescribeColW), ENTRY(ODBCDoor, SQLColAttributeW),
    ENTRY(ODBCDoor, SQLBindCol), ENTRY(ODBCDoor, SQLFetch), ENTRY(ODBCDoor, SQLGetData),
    ENTRY(ODBCDoor, SQLGetDiagRecW), ENTRY(ODBCDoor, SQLEndTran), ENTRY(ODBCDoor, SQLCancel),
};

static int open_door(
    const char *library, const Entry *entries, size_t count, void *door, char *problem, size_t size) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    const char *said = handle == NULL ? dlerror() : NULL;
    for (size_t i = 0; i < count && handle != NULL; i++) {
        void *found = dlsym(handle, entries[i].name);
        if (found == NULL) {
            said = dlerror();
            break;
        }
        memcpy((char *)door + entries[i].offset, &found, sizeof found);
    }
    if (handle != NULL && said == NULL) return 0;
    snprintf(problem, size, "%s", said != NULL ? said : "it could not be loaded");
    return -1;
}

int cdoors_open_postgres(const char *library, PostgresDoor *door, char *problem, size_t size) {
    return open_door(
        library, postgres_entries, sizeof postgres_entries / sizeof *postgres_entries, door, problem, size);
}

int cdoors_open_odbc(const char *library, ODBCDoor *door, char *problem, size_t size) {
    return open_door(library, odbc_entries, sizeof odbc_entries / sizeof *odbc_entries, door, problem, size);
}
