-- What wrk sends and writes down. WRK_BODIES names a file with one request a line, sent in turn so that no two that
-- follow each other are the same. With WRK_EVERY_MS each connection, then a thread of its own, sends one whenever so
-- many milliseconds are over, answered or not as long as an answer comes within that time; each answer's status and
-- time are kept. The last line that is printed is one JSON object.

local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long seconds; long nanoseconds; } breakeven_time;
  int clock_gettime(int clock, breakeven_time *found);
]])

local every_ms = tonumber(os.getenv("WRK_EVERY_MS"))
local connections = tonumber(os.getenv("WRK_CONNECTIONS"))
local threads = {}

local function now_ms()
  local time = ffi.new("breakeven_time")
  ffi.C.clock_gettime(1, time)  -- CLOCK_MONOTONIC
  return tonumber(time.seconds) * 1e3 + tonumber(time.nanoseconds) / 1e6
end

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init()
  requests, place, sent = {}, number, 0
  statuses, took_ms = {}, {}
  wrk.headers["Content-Type"] = "application/json"
  for body in io.lines(os.getenv("WRK_BODIES")) do
    table.insert(requests, wrk.format("POST", wrk.path, wrk.headers, body))
  end
end

function request()
  place = place + (every_ms and connections or 1)
  sent, sent_at_ms = sent + 1, every_ms and now_ms()
  return requests[place % #requests + 1]
end

if every_ms then
  function delay()
    due_ms = due_ms and due_ms + every_ms or now_ms() + every_ms * number / connections
    return math.max(0, due_ms - now_ms())
  end

  function response(status)
    table.insert(statuses, status)
    table.insert(took_ms, now_ms() - sent_at_ms)
  end
end

function done(summary, latency)
  local all = {}
  for _, thread in ipairs(every_ms and threads or {}) do
    local found, took = thread:get("statuses"), thread:get("took_ms")
    for n = 1, #found do
      table.insert(all, string.format("[%d,%.3f]", found[n], took[n]))
    end
  end
  local errors = summary.errors
  print(string.format(
    '{"seconds": %.6f, "answers": %d, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f, "each": [%s]}',
    summary.duration / 1e6, summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, table.concat(all, ",")
  ))
end
