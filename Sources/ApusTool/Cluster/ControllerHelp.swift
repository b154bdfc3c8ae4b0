// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  /// The output of `apus controller --help`.
  enum ControllerHelp {
    static let text = """
      OVERVIEW: Route work between clients and engines of IPython Parallel.

      Takes the options, environment variables and configuration files of ipcontroller and writes
      the same connection files: ipcluster, ipengine and ipyparallel.Client work with it unchanged.

      USAGE: apus controller [--name=value | --name value | --Class.trait=value | --flag] ...

      PROFILE
        --profile=NAME          The profile. (default: default)
        --profile-dir=FOLDER    Its folder. (default: ~/.ipython/profile_NAME)
        --ipython-dir=FOLDER    The folder of profiles. (default: $IPYTHONDIR or ~/.ipython)
        --cluster-id=TEXT       A part of the file names, for several clusters in one profile.
        --config=FILE           An additional configuration file, .json or .py.
        --work-dir=FOLDER       The working directory.

      ADDRESSES
        --ip=ADDRESS            The address to listen on; * for all. (default: 127.0.0.1)
        --location=HOST         The host under which others reach this machine. (default: its name)
        --ports=FIRST-LAST      The ports to use, 14 of them; also IPController.engine_ports (8) and
                                client_ports (6).
        --port=PORT             The registration port.
        --transport=tcp|ipc     (default: tcp)
        --ssh=SERVER, --enginessh=SERVER
                                The ssh servers that clients and engines go through.

      WORK
        --scheme=NAME           leastload (default), lru, plainrandom, twobin, weighted or pure.
        --hwm=COUNT             The most tasks at one engine; 0 for no limit. (default: 1)
        --ping=MS               Milliseconds between two pings. (default: 3000)
        --HeartMonitor.max_heartmonitor_misses=COUNT
                                Pings that an engine may leave unanswered. (default: 10)
        --IPController.registration_timeout=SECONDS
                                How long an engine may take to join. (default: 30, or ten pings)

      RECORDS
        --dictdb                Keep records in memory. (default)
        --sqlitedb              Keep them in the profile's tasks.db too.
        --nodb                  Keep none.
        --DictDB.record_limit=COUNT, --DictDB.size_limit=BYTES
                                The most finished tasks (1024) and bytes (268435456) in memory.

      FILES AND SECURITY
        --reuse                 Keep the connection files, and reuse existing ones.
        --restore               The same, and take over the engines of the last controller.
        --journal, --no-journal Keep tasks and results in the profile's folder journal, and go on from it when
                                started again; implies --reuse.
        --journal-sync          The same, and wait for the disk, so that a loss of power loses nothing.
        --reconnect-limit=SECONDS
                                How long Swift engines and clients wait for a controller that is gone.
                                (default: 600 with a journal)
        --IPController.enable_curve=True
                                Encrypt all connections.
        --secure, --no-secure   Sign messages with a new key (default), or not at all.
        --keyfile=FILE          Read the key from a file.

      LOG
        --log-level=LEVEL       DEBUG, INFO (default), WARN, ERROR, CRITICAL or a number.
        --debug, --quiet        The levels DEBUG and CRITICAL.
        --log-to-file           Write to a file in the profile's folder log.

      VARIABLES
        IPYTHONDIR, IPP_PROFILE_DIR, IPP_CLUSTER_ID, IPP_SESSION_KEY, IPP_ENABLE_CURVE=1,
        IPP_CURVE_PUBLICKEY, IPP_CURVE_SECRETKEY. The command line takes precedence.
      """
  }
#endif
