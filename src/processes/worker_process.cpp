// SPDX-License-Identifier: MIT
// The main thread runs calls; another one listens at the socket, for what cannot wait until the
// present call returns: requests to stop, and the end of the parent.
#include "worker_process.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <poll.h>

#include "../core/spin.hpp"
#include "../remote/modules.hpp"
#include "../remote/server.hpp"
#include "blob.hpp"
#include "control_socket.hpp"
#include "segment.hpp"
#include "spawn.hpp"

namespace fanout::detail {
namespace {

// The parent is gone, and with it the reason for this process and whatever it has started.
[[noreturn]] void end_with_parent() {
  kill(0, SIGKILL);  // the group, which this process leads
  _exit(EXIT_FAILURE);
}

class WorkerProcess final : public ServerTransport {
 public:
  WorkerProcess(ControlSocket socket, Descriptor segment, Descriptor bell, Descriptor host)
      : socket_(std::move(socket)),
        segment_(std::move(segment)),
        bell_(std::move(bell)),
        host_(std::move(host)) {}

  void serve(std::span<const std::byte> initializer) {
    std::thread([this] { listen(); }).detach();
    if (!server_.initialize(initializer)) return wait_for_retirement();
    std::vector<std::byte> calls;
    for (;;) {
      wait_for_calls();
      calls.resize(calls_.available());
      calls_.read(calls);
      for (std::span<const std::byte> left = calls; !left.empty();) {
        const Message message = decode_frame(left);
        left = left.subspan(header_size + message.payload.size());
        if (!server_.handle(message)) return;
      }
    }
  }

  bool claim(std::uint32_t slot, std::uint64_t call) override {
    return segment_->slots.at(slot).claim(call);
  }

  std::unique_ptr<Blob> allocate(std::size_t size) override {
    return std::make_unique<MemoryBlob>(SharedMemory(size), size, nullptr);
  }

  std::unique_ptr<Blob> take_apart(std::uint64_t call) override {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return apart_.contains(call); });
    return std::move(apart_.extract(call).mapped());
  }

  void send(const Message& message, std::unique_ptr<Blob> apart) override {
    if (apart != nullptr) {
      const auto& memory = static_cast<MemoryBlob&>(*apart);
      const std::uint64_t bytes = apart->bytes().size();
      Message packet = message;
      packet.payload = std::as_bytes(std::span(&bytes, 1));
      if (socket_.send(packet, {memory.descriptor()}, true) != ControlSocket::Sent::yes) {
        end_with_parent();
      }
      return;
    }
    const std::size_t size = header_size + message.payload.size();
    while (!answers_.has_room(size)) {
      segment_->room_wanted.announce();
      ring_bell();
      if (answers_.has_room(size)) break;
      segment_->room_wanted.sleep();
    }
    answers_.write(encode_header(message), message.payload);
    // seq_cst: pairs with the store in ProcessLink::set_watched().
    if (segment_->watched.load(std::memory_order_seq_cst) == 0) ring_bell();
  }

 private:
  void ring_bell() {
    if (!segment_->pool_asleep.take()) return;
    const std::uint64_t one = 1;
    (void)!write(bell_.get(), &one, sizeof(one));  // it saturates, and that is as good
  }

  // A short look-out first: the next call often comes as soon as the answer is read.
  void wait_for_calls() {
    if (spin_rounds() > 0) {
      constexpr double some_microseconds = 60e-6;
      const Deadline end = Deadline::after_seconds(some_microseconds);
      do {
        for (int i = 0; i < 32; ++i) {
          if (!calls_.empty()) return;
          spin_pause();
        }
      } while (!end.passed());
    }
    while (calls_.empty()) {
      segment_->worker_asleep.announce();
      if (calls_.empty()) segment_->worker_asleep.sleep();
    }
    segment_->worker_asleep.retract();
  }

  // The pool is broken by this worker's initializer, and will end it.
  [[noreturn]] static void wait_for_retirement() {
    for (;;) pause();
  }

  // The host's end is seen twice: by the end of the socket, which a process that it forked can keep
  // open, and by its descriptor. PR_SET_PDEATHSIG would end this process before it could take along
  // those that its tasks have started.
  bool wait_for_packet() {
    std::array<pollfd, 2> events{pollfd{.fd = socket_.descriptor(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = host_.get(), .events = POLLIN, .revents = 0}};
    while (poll(events.data(), events.size(), -1) < 0 && errno == EINTR) {
    }
    return events[1].revents == 0;
  }

  void listen() {
    while (wait_for_packet()) {
      auto packet = socket_.receive(true);
      if (!packet) break;
      const Message& message = packet->message;
      if (message.kind == MessageKind::stop) {
        server_.request_stop(message.call);
      } else if (message.kind == MessageKind::call) {
        take_in(message, std::move(packet->descriptors[0]));
      }
    }
    end_with_parent();
  }

  void take_in(const Message& message, Descriptor file) {
    std::unique_ptr<Blob> blob;
    try {
      std::uint64_t size = 0;
      if (message.payload.size() == sizeof(size)) {
        std::memcpy(&size, message.payload.data(), sizeof(size));
      }
      if (file) {
        blob = std::make_unique<MemoryBlob>(SharedMemory(std::move(file)), size, nullptr);
      }
    } catch (const std::exception& error) {
      std::fprintf(stderr, "fanout: a big argument cannot be received: %s\n", error.what());
    }
    {
      const std::lock_guard lock(mutex_);
      apart_.emplace(message.call, std::move(blob));
    }
    arrived_.notify_one();
  }

  ControlSocket socket_;
  const SharedSegment segment_;
  const Descriptor bell_;
  const Descriptor host_;  // the process of the pool
  RingReader calls_{segment_->calls};
  RingWriter answers_{segment_->answers};
  Server server_{*this};

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::uint64_t, std::unique_ptr<Blob>> apart_;  // under mutex_
};

}  // namespace

void serve_as_worker() {
  fcntl(inherited_socket, F_SETFD, FD_CLOEXEC);
  ControlSocket socket{Descriptor(inherited_socket)};
  auto hello = socket.receive(true);
  if (!hello) end_with_parent();
  for (const Descriptor& descriptor : hello->descriptors) {
    if (!descriptor) end_with_parent();
  }
  std::uint64_t program = 0;
  std::span<const std::byte> initializer = hello->message.payload;
  if (hello->message.kind == MessageKind::hello && initializer.size() >= sizeof(program)) {
    std::memcpy(&program, initializer.data(), sizeof(program));
    initializer = initializer.subspan(sizeof(program));
  }
  if (program != program_module().fingerprint) {
    std::fputs("fanout: this worker is another program than its parent: was the file replaced?\n",
               stderr);
    _exit(EXIT_FAILURE);
  }
  // Never destroyed: its other thread runs until the process is gone.
  static auto& worker =
      *new WorkerProcess(std::move(socket), std::move(hello->descriptors[0]),
                         std::move(hello->descriptors[1]), std::move(hello->descriptors[2]));
  worker.serve(initializer);
  std::exit(EXIT_SUCCESS);
}

}  // namespace fanout::detail
