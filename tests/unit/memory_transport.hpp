// SPDX-License-Identifier: MIT
// A transport in the memory of one process and one thread: nothing moves unless the test says so.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "remote/client.hpp"
#include "remote/server.hpp"

namespace fanout::test {

// The worker's side. It lives for as long as the test looks at it, beyond its link.
class MemoryWorker final : public detail::ServerTransport {
 public:
  static constexpr std::size_t slots = 8;
  enum class Word : std::uint8_t { sent, started, revoked };

  struct Letter {
    detail::Message message;
    std::vector<std::byte> bytes;
  };

  // Handles the next message from the client. False: there is none, or it has left.
  bool step() {
    if (left || calls.empty()) return false;
    const Letter letter = std::move(calls.front());
    calls.pop_front();
    detail::Message message = letter.message;
    message.payload = letter.bytes;
    left = !server_.handle(message);
    return true;
  }

  void become_ready() { server_.initialize({}); }
  void stop(std::uint64_t call) { server_.request_stop(call); }

  bool claim(std::uint32_t slot, std::uint64_t call) override {
    if (words[slot] != std::pair(call, Word::sent)) return false;
    words[slot].second = Word::started;
    return true;
  }
  std::unique_ptr<detail::Blob> allocate(std::size_t) override { return nullptr; }
  std::unique_ptr<detail::Blob> take_apart(std::uint64_t) override { return nullptr; }
  void send(const detail::Message& message, std::unique_ptr<detail::Blob>) override {
    if (silent) return;  // it dies before this is on its way
    answers.push_back({message, {message.payload.begin(), message.payload.end()}});
  }

  std::array<std::pair<std::uint64_t, Word>, slots> words;
  std::deque<Letter> calls;    // on their way to the worker
  std::deque<Letter> answers;  // on their way to the client
  std::size_t room = 64;       // for calls
  bool silent = false;
  bool mad = false;  // after these answers comes nonsense
  bool left = false;
  bool ended = false;  // the client wants it gone
  detail::RemoteWorker* record = nullptr;

 private:
  detail::Server server_{*this};
};

class MemoryLink final : public detail::Link {
 public:
  explicit MemoryLink(std::shared_ptr<MemoryWorker> worker) : worker_(std::move(worker)) {}

  MemoryWorker& worker() const noexcept { return *worker_; }

  std::size_t slots() const noexcept override { return MemoryWorker::slots; }
  bool send(const detail::Message& call, detail::Blob*) noexcept override {
    if (worker_->calls.size() >= worker_->room) return false;
    worker_->words[call.slot] = {call.call, MemoryWorker::Word::sent};
    worker_->calls.push_back({call, {call.payload.begin(), call.payload.end()}});
    return true;
  }
  bool revoke(std::uint32_t slot, std::uint64_t call) noexcept override {
    if (worker_->words[slot] != std::pair(call, MemoryWorker::Word::sent)) return false;
    worker_->words[slot].second = MemoryWorker::Word::revoked;
    return true;
  }
  bool started(std::uint32_t slot, std::uint64_t call) const noexcept override {
    return worker_->words[slot] == std::pair(call, MemoryWorker::Word::started);
  }
  void stop(std::uint64_t call) noexcept override { worker_->stop(call); }
  void retire() noexcept override {
    worker_->calls.push_back({{.kind = detail::MessageKind::retire, .payload = {}}, {}});
  }
  bool has_mail() const noexcept override { return worker_->mad || !worker_->answers.empty(); }
  void receive(detail::Inbox& inbox) override {
    if (!worker_->mad) return receive_one(inbox);
    while (!worker_->answers.empty()) receive_one(inbox);
    throw detail::ProtocolError("nonsense");
  }
  void set_watched(bool) noexcept override {}

 private:
  // One at a time, so that a test decides what the client knows.
  void receive_one(detail::Inbox& inbox) {
    MemoryWorker::Letter& letter = worker_->answers.front();
    const auto room = inbox.append(letter.bytes.size());
    std::copy(letter.bytes.begin(), letter.bytes.end(), room.begin());
    detail::Message message = letter.message;
    message.payload = room;
    inbox.add(message);
    worker_->answers.pop_front();
  }

  std::shared_ptr<MemoryWorker> worker_;
};

class MemoryTransport final : public detail::Transport {
 public:
  explicit MemoryTransport(detail::Client& client) : client_(client) {}

  // --- for the test ---

  // Answers a wish for another worker.
  std::shared_ptr<MemoryWorker> start_wanted() {
    --wanted;
    auto worker = std::make_shared<MemoryWorker>();
    workers.push_back(worker);
    worker->record = &client_.add_worker(std::make_unique<MemoryLink>(worker));
    return worker;
  }
  void fail_wanted() {
    --wanted;
    client_.start_failed(std::make_exception_ptr(std::runtime_error("no more processes")));
  }

  // The worker is gone. What it has claimed and not answered dies with it.
  void die(const std::shared_ptr<MemoryWorker>& given) {
    const auto worker = given;
    std::erase(workers, worker);
    detail::Death death{.pid = 4711,
                        .exit_code = worker->left ? 0 : -1,
                        .signal = worker->left ? 0 : 9,
                        .text = "pid 4711 was ended by SIGKILL",
                        .last_lines = "its last words\n"};
    if (!client_.on_death(*worker->record, death)) std::abort();  // there is memory
  }

  int wanted = 0;
  bool cannot_start = false;
  std::vector<std::shared_ptr<MemoryWorker>> workers;

  // --- Transport ---

  std::unique_ptr<detail::Blob> allocate(std::size_t) override { return nullptr; }
  void start_worker() noexcept override { ++wanted; }
  void start_worker_now() override {
    ++wanted;
    if (!cannot_start) {
      start_wanted();
      return;
    }
    fail_wanted();
    throw std::runtime_error("no more processes");
  }
  void end_worker(detail::Link& link, detail::Ending) noexcept override {
    static_cast<MemoryLink&>(link).worker().ended = true;
  }
  void wake() noexcept override {}

 private:
  detail::Client& client_;
};

// A client with such a transport, and the words submit and close.
struct MemoryPool {
  explicit MemoryPool(detail::ClientOptions options)
      : client(std::make_shared<detail::Client>(options)) {
    auto owned = std::make_unique<MemoryTransport>(*client);
    transport = owned.get();
    client->set_transport(std::move(owned));
  }

  template <class Fn, class... Args>
  auto submit(Fn fn, Args... args) {
    return detail::RemoteSubmitter(client).submit(fn, args...);
  }
  template <class Fn, class... Args>
  auto submit_with(TaskOptions options, Fn fn, Args... args) {
    return detail::RemoteSubmitter(client).submit_with(std::move(options), fn, args...);
  }

  MemoryWorker& worker(std::size_t index) const { return *transport->workers.at(index); }

  void collect() const {
    while (client->collect()) {
    }
  }

  // Lets everything happen that wants to.
  void settle() const {
    for (bool moved = true; moved;) {
      moved = client->collect();
      while (transport->wanted > 0) {
        transport->start_wanted()->become_ready();
        moved = true;
      }
      for (std::size_t i = 0; i < transport->workers.size(); ++i) {
        const auto worker = transport->workers[i];
        if (!worker->ended && worker->step()) moved = true;
        if (worker->ended || (worker->left && worker->answers.empty())) {
          transport->die(worker);
          moved = true;
        }
      }
    }
  }

  std::shared_ptr<detail::Client> client;
  MemoryTransport* transport;
};

}  // namespace fanout::test
