// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <utility>

#include <fanout/detail/remote_call.hpp>

#include "frame.hpp"

namespace fanout::detail {
namespace {

// Where the outcome of a call is written. It may be asked for again when writing one has failed.
class Outbox final : public ResultSink {
 public:
  // `call` is the blob that the call came in, if it did: its bytes have become values when the
  // outcome is written, so its memory can carry the outcome back.
  Outbox(ServerTransport& transport, std::vector<std::byte>& small, Blob* call)
      : transport_(transport), small_(small), call_(call) {}

  std::byte* reserve(std::size_t size) override {
    size_ = size;
    in_place_ = size > longest_payload && call_ != nullptr && call_->resize(size);
    if (in_place_) return call_->bytes().data();
    blob_ = size > longest_payload ? transport_.allocate(size) : nullptr;
    if (blob_ != nullptr) return blob_->bytes().data();
    small_.resize(size);
    return small_.data();
  }

  void send(Message message) {
    if (in_place_) {
      message.flags |= flag_in_place;
      message.payload = std::as_bytes(std::span(&size_, 1));
    } else if (blob_ != nullptr) {
      message.flags |= flag_apart;
    } else {
      message.payload = small_;
    }
    transport_.send(message, std::move(blob_));
  }

 private:
  ServerTransport& transport_;
  std::vector<std::byte>& small_;
  Blob* call_;
  std::unique_ptr<Blob> blob_;
  std::uint64_t size_ = 0;
  bool in_place_ = false;
};

}  // namespace

bool Server::initialize(std::span<const std::byte> initializer) {
  if (!initializer.empty()) {
    Outbox outcome(transport_, small_, nullptr);
    run_call(initializer, outcome, {});
    try {
      decode_result<void>(small_);
    } catch (...) {
      outcome.send({.kind = MessageKind::refused, .payload = {}});
      return false;
    }
  }
  transport_.send({.kind = MessageKind::ready, .payload = {}}, nullptr);
  return true;
}

bool Server::handle(const Message& message) {
  if (message.kind == MessageKind::retire) return false;
  if (message.kind != MessageKind::call)
    throw ProtocolError("a client sent what only a worker sends");
  run(message);
  return true;
}

void Server::run(const Message& message) {
  const auto answer = [&message](MessageKind kind) {
    return Message{.kind = kind, .slot = message.slot, .call = message.call, .payload = {}};
  };
  std::unique_ptr<Blob> apart;
  if ((message.flags & flag_apart) != 0) apart = transport_.take_apart(message.call);
  if (!transport_.claim(message.slot, message.call)) {
    transport_.send(answer(MessageKind::skipped), nullptr);
    return;
  }
  const std::stop_token token = begin(message);
  if ((message.flags & flag_announce) != 0) transport_.send(answer(MessageKind::started), nullptr);
  Outbox outcome(transport_, small_, apart.get());
  run_call(apart != nullptr ? apart->bytes() : message.payload, outcome, token);
  end();
  apart.reset();
  outcome.send(answer(MessageKind::result));
  constexpr std::size_t much = std::size_t{1} << 20;
  if (small_.capacity() > much) std::vector<std::byte>().swap(small_);
}

std::stop_token Server::begin(const Message& message) {
  const Lock lock(mutex_);
  running_ = last_ = message.call;
  stop_ = std::stop_source();
  const bool asked = to_stop_.erase(message.call) != 0 || (message.flags & flag_stopping) != 0;
  // Those of revoked calls are of no use any more.
  std::erase_if(to_stop_, [this](std::uint64_t call) { return call <= last_; });
  if (asked) stop_.request_stop();
  return stop_.get_token();
}

void Server::end() {
  const Lock lock(mutex_);
  running_ = 0;
}

void Server::request_stop(std::uint64_t call) {
  const auto source_of_call = [this, call] {
    const Lock lock(mutex_);
    if (call == running_) return stop_;
    if (call > last_) to_stop_.insert(call);
    return std::stop_source(std::nostopstate);
  };
  source_of_call().request_stop();  // without the lock: runs callbacks of the task
}

}  // namespace fanout::detail
