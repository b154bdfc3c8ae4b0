// Part of Apus, Apache-2.0. See LICENSE.
#ifndef APUS_CZMQ_SHIM_H
#define APUS_CZMQ_SHIM_H
#include <zmq.h>
#ifdef __linux__
#include <malloc.h>
#include <sys/epoll.h>
#endif
#endif
