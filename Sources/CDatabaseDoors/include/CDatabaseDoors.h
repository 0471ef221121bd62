#pragma once

#include <stddef.h>
#include <stdint.h>

/// Functions of database libraries that may be absent: looked up while the program runs, so that it is built without their
/// headers. Prototypes as in libpq-fe.h (PostgreSQL 10 and later) and in sql.h and sqlext.h (ODBC 3, unixODBC's 16-bit
/// SQLWCHAR and 64-bit SQLLEN).

#pragma clang assume_nonnull begin

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;
typedef struct pg_cancel PGcancel;

typedef struct {
    char *_Nullable keyword;
    char *_Nullable envvar;
    char *_Nullable compiled;
    char *_Nullable val;
    char *_Nullable label;
    char *_Nullable dispchar;
    int dispsize;
} PQconninfoOption;

typedef struct {
    PQconninfoOption *_Nullable (*PQconninfoParse)(const char *text, char *_Nullable *_Nonnull problem);
    void (*PQconninfoFree)(PQconninfoOption *options);
    PGconn *_Nullable (*PQconnectdb)(const char *text);
    void (*PQfinish)(PGconn *connection);
    int (*PQstatus)(const PGconn *connection);
    char *_Nullable (*PQerrorMessage)(const PGconn *connection);
    const char *_Nullable (*PQparameterStatus)(const PGconn *connection, const char *name);
    PGresult *_Nullable (*PQexec)(PGconn *connection, const char *query);
    PGresult *_Nullable (*PQgetResult)(PGconn *connection);
    int (*PQresultStatus)(const PGresult *_Nullable result);
    char *_Nullable (*PQresultErrorField)(const PGresult *_Nullable result, int field);
    void (*PQclear)(PGresult *_Nullable result);
    int (*PQgetCopyData)(PGconn *connection, char *_Nullable *_Nonnull row, int isAsynchronous);
    void (*PQfreemem)(void *_Nullable memory);
    PGcancel *_Nullable (*PQgetCancel)(PGconn *connection);
    int (*PQcancel)(PGcancel *cancel, char *problem, int size);
    void (*PQfreeCancel)(PGcancel *_Nullable cancel);
    void *_Nullable (*PQsetNoticeProcessor)(
        PGconn *connection, void (*_Nullable processor)(void *_Nullable argument, const char *message),
        void *_Nullable argument);
} PostgresDoor;

typedef struct {
    short (*SQLAllocHandle)(short type, void *_Nullable parent, void *_Nullable *_Nonnull handle);
    short (*SQLFreeHandle)(short type, void *handle);
    short (*SQLSetEnvAttr)(void *environment, int attribute, void *_Nullable value, int length);
    short (*SQLSetConnectAttrW)(void *connection, int attribute, void *_Nullable value, int length);
    short (*SQLDriverConnectW)(
        void *connection, void *_Nullable window, uint16_t *text, short length, uint16_t *_Nullable completed,
        short capacity, short *_Nullable completedLength, unsigned short completion);
    short (*SQLDisconnect)(void *connection);
    short (*SQLGetInfoW)(
        void *connection, unsigned short type, void *value, short capacity, short *_Nullable length);
    short (*SQLSetStmtAttrW)(void *statement, int attribute, void *_Nullable value, int length);
    short (*SQLExecDirectW)(void *statement, uint16_t *text, int length);
    short (*SQLNumResultCols)(void *statement, short *count);
    short (*SQLDescribeColW)(
        void *statement, unsigned short column, uint16_t *name, short capacity, short *nameLength, short *type,
        unsigned long *size, short *digits, short *nullable);
    short (*SQLColAttributeW)(
        void *statement, unsigned short column, unsigned short field, void *_Nullable text, short capacity,
        short *_Nullable length, long *_Nullable number);
    short (*SQLBindCol)(
        void *statement, unsigned short column, short type, void *_Nullable value, long capacity,
        long *_Nullable length);
    short (*SQLFetch)(void *statement);
    short (*SQLGetData)(
        void *statement, unsigned short column, short type, void *value, long capacity, long *length);
    short (*SQLGetDiagRecW)(
        short type, void *handle, short record, uint16_t *state, int *native, uint16_t *text, short capacity,
        short *length);
    short (*SQLEndTran)(short type, void *handle, short completion);
    short (*SQLCancel)(void *statement);
} ODBCDoor;

/// Fills the door from a library, which stays loaded.
///
/// Returns 0, or -1 with what the system's loader says in `problem`.
int cdoors_open_postgres(const char *library, PostgresDoor *door, char *problem, size_t size);
int cdoors_open_odbc(const char *library, ODBCDoor *door, char *problem, size_t size);

#pragma clang assume_nonnull end
