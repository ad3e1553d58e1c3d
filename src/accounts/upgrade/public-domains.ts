/** Mail domains where anybody can have an address: one there says nothing about where a person works. */
const publicDomains = new Set(
  `gmail.com googlemail.com outlook.com outlook.fr outlook.de outlook.es outlook.it outlook.be outlook.jp outlook.kr
  hotmail.com hotmail.fr hotmail.de hotmail.es hotmail.it hotmail.be hotmail.nl hotmail.co.uk hotmail.co.jp hotmail.ca
  live.com live.fr live.de live.it live.nl live.be live.co.uk live.ca live.jp msn.com passport.com windowslive.com
  yahoo.com yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.in yahoo.ca yahoo.com.br
  yahoo.com.ar yahoo.com.mx yahoo.com.au yahoo.com.tw yahoo.com.hk ymail.com rocketmail.com myyahoo.com aol.com aol.fr
  aol.de aim.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de
  tutamail.com tuta.io tuta.com keemail.me gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.fr gmx.us gmx.co.uk web.de
  freenet.de t-online.de arcor.de mail.de email.de posteo.de posteo.net posteo.eu mailbox.org online.de vodafone.de
  1und1.de kabelmail.de unitybox.de orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr aliceadsl.fr
  numericable.fr club-internet.fr cegetel.net 9online.fr noos.fr voila.fr caramail.com skynet.be telenet.be
  proximus.be belgacom.net scarlet.be voo.be swing.be bluewin.ch hispeed.ch sunrise.ch ziggo.nl kpnmail.nl kpnplanet.nl
  planet.nl xs4all.nl home.nl hetnet.nl chello.nl upcmail.nl casema.nl libero.it virgilio.it alice.it tin.it tim.it
  tiscali.it inwind.it iol.it fastwebnet.it pec.it aruba.it telefonica.net terra.es movistar.es ono.com ya.com
  sapo.pt clix.pt iol.pt mail.pt btinternet.com btopenworld.com talktalk.net sky.com virginmedia.com ntlworld.com
  blueyonder.co.uk tiscali.co.uk o2.co.uk eircom.net telia.com comhem.se spray.se bredband.net telenor.no online.no
  broadpark.no mail.dk tdcadsl.dk stofanet.dk jubii.dk kolumbus.fi elisanet.fi luukku.com suomi24.fi wp.pl o2.pl
  onet.pl onet.eu op.pl interia.pl interia.eu poczta.onet.pl gazeta.pl tlen.pl seznam.cz email.cz centrum.cz volny.cz
  post.cz atlas.cz azet.sk centrum.sk zoznam.sk pobox.sk freemail.hu citromail.hu indamail.hu t-online.hu upcmail.hu
  abv.bg mail.bg dir.bg net.hr inet.hr siol.net otenet.gr forthnet.gr in.gr mynet.com ttmail.com superonline.com
  mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru lenta.ru ukr.net i.ua meta.ua
  bigmir.net tut.by inbox.lv delfi.lv one.lv mail.ee hot.ee walla.co.il walla.com netvision.net.il 012.net.il
  qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn wo.cn aliyun.com tom.com 21cn.com
  vip.qq.com vip.163.com naver.com daum.net hanmail.net nate.com kakao.com korea.com docomo.ne.jp ezweb.ne.jp
  softbank.ne.jp i.softbank.jp nifty.com ocn.ne.jp biglobe.ne.jp so-net.ne.jp plala.or.jp hinet.net pchome.com.tw
  seed.net.tw rediffmail.com indiatimes.com sify.com vsnl.net singnet.com.sg starhub.net.sg streamyx.com bigpond.com
  bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au xtra.co.nz slingshot.co.nz comcast.net verizon.net att.net
  sbcglobal.net bellsouth.net pacbell.net ameritech.net cox.net charter.net spectrum.net earthlink.net juno.com
  netzero.net optonline.net frontier.com windstream.net centurylink.net q.com roadrunner.com rr.com twc.com suddenlink.net
  rogers.com bell.net sympatico.ca shaw.ca telus.net videotron.ca cogeco.ca uol.com.br bol.com.br terra.com.br ig.com.br
  globo.com globomail.com r7.com oi.com.br fibertel.com.ar speedy.com.ar arnet.com.ar ciudad.com.ar prodigy.net.mx
  vtr.net entelchile.net une.net.co mweb.co.za webmail.co.za telkomsa.net vodamail.co.za iafrica.com maktoob.com
  mail.com email.com usa.com consultant.com engineer.com europe.com post.com writeme.com iname.com dr.com inbox.com
  fastmail.com fastmail.fm fastmail.net sent.com messagingengine.com hushmail.com hush.com runbox.com mailfence.com
  startmail.com disroot.org riseup.net countermail.com ctemplar.com cock.li zoho.com zohomail.com zohomail.eu
  duck.com simplelogin.com simplelogin.io anonaddy.com anonaddy.me relay.firefox.com mozmail.com privaterelay.appleid.com
  lycos.com excite.com hey.com skiff.com mailo.com net-c.com netcourrier.com lavabit.com
  mailinator.com guerrillamail.com guerrillamail.info sharklasers.com grr.la yopmail.com yopmail.fr yopmail.net
  10minutemail.com temp-mail.org tempmail.com trashmail.com trashmail.de getnada.com maildrop.cc dispostable.com
  moakt.com throwawaymail.com mailnesia.com mintemail.com spamgourmet.com jetable.org discard.email fakeinbox.com
  mohmal.com emailondeck.com burnermail.io`.split(/\s+/),
)

/** Whether an address is at a domain (or below one) where anybody can have one. */
export function isPublicDomain(domain: string): boolean {
  const parts = domain.toLowerCase().split('.')
  return parts.some((_, index) => publicDomains.has(parts.slice(index).join('.')))
}

/** What stands after the last @, lower case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase()
}

/** Whether the publisher knows the address's domain for a company, and not everybody has one there. */
export function isKnownAddress(email: string, knownDomains: readonly string[]): boolean {
  const domain = domainOf(email)
  return !isPublicDomain(domain) && knownDomains.some((known) => known.toLowerCase() === domain)
}
